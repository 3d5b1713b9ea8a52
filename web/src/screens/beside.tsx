// The screens beside the class. Loaded as one, so that the first load has few parts.

export { Admin } from './admin';
export { Archive } from './archive';
