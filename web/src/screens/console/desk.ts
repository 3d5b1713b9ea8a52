// The one console of this page.

import { classroom } from '../../app';
import { Desk } from '../../core/admin/desk';

export const desk = new Desk(classroom);
