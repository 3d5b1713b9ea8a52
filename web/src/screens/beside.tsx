// The screen beside the class.

import './shell'; // what is loaded first stays one chunk

export { Archive } from './archive';
