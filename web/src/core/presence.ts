// Whether anybody looks at the page, and whether it is held upright.

import type { Sight } from './prefer';

const HIDE_MS = 3000; // who looks elsewhere for a moment misses nothing
const TURN_MS = 1000;
const UPRIGHT = '(orientation: portrait) and (max-width: 599.98px)';

function typing(): boolean {
  return document.activeElement?.matches('input, textarea, select') ?? false;
}

export class Presence {
  private hideTimer = 0;
  private turnTimer = 0;
  private wanted = false;
  private elsewhere = false;
  private readonly upright = matchMedia(UPRIGHT);

  /** `crowded`: something beside the picture takes the height that an upright one needs. */
  constructor(
    private readonly tell: (part: Partial<Sight>) => void,
    private readonly crowded: () => boolean,
  ) {}

  on(): void {
    if (this.wanted) return;
    this.wanted = true;
    document.addEventListener('visibilitychange', this.look);
    document.addEventListener('enterpictureinpicture', this.look, true);
    document.addEventListener('leavepictureinpicture', this.look, true);
    document.addEventListener('focusout', this.turn);
    this.upright.addEventListener('change', this.turn);
    this.tell({ tall: this.isTall() });
    this.look();
  }

  off(): void {
    this.wanted = false;
    document.removeEventListener('visibilitychange', this.look);
    document.removeEventListener('enterpictureinpicture', this.look, true);
    document.removeEventListener('leavepictureinpicture', this.look, true);
    document.removeEventListener('focusout', this.turn);
    this.upright.removeEventListener('change', this.turn);
    clearTimeout(this.hideTimer);
    clearTimeout(this.turnTimer);
  }

  /** Something else is watched on this page, as if it were hidden. */
  aside(on: boolean): void {
    this.elsewhere = on;
    if (this.wanted) this.look();
  }

  /** Something changed that may change the shape: decided when it has come to rest. */
  turn = (): void => {
    clearTimeout(this.turnTimer);
    if (!this.wanted) return;
    this.turnTimer = window.setTimeout(() => {
      // a keyboard on the screen makes an upright page look wide
      if (!typing() || this.crowded()) this.tell({ tall: this.isTall() });
    }, TURN_MS);
  };

  private isTall(): boolean {
    return this.upright.matches && !this.crowded();
  }

  private look = (): void => {
    clearTimeout(this.hideTimer);
    if (this.elsewhere) {
      this.tell({ hidden: true });
      return;
    }
    const watched = document.visibilityState === 'visible' || !!document.pictureInPictureElement;
    if (watched) this.tell({ hidden: false });
    else this.hideTimer = window.setTimeout(() => this.tell({ hidden: true }), HIDE_MS);
  };
}
