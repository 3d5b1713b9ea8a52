// The layouts of this server, and where they are made.

import '../shell'; // what is loaded first stays one chunk

export { Designer as LayoutsTab } from '../designer';
