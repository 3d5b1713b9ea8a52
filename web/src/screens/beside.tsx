// The screen beside the class.

import './shell'; // what is loaded first stays one chunk
import { archiveDressed } from './archive';

export { Archive } from './archive';

/** Texts and style are there. */
export const dressed = archiveDressed;
