// Keeps the screen on in class. The browser takes the lock away when the page is hidden, so it is asked for again.

export class WakeLock {
  private lock: WakeLockSentinel | null = null;
  private wanted = false;

  constructor(private readonly refused: () => void) {}

  on(): void {
    if (this.wanted) return;
    this.wanted = true;
    document.addEventListener('visibilitychange', this.ask);
    void this.ask();
  }

  off(): void {
    this.wanted = false;
    document.removeEventListener('visibilitychange', this.ask);
    void this.lock?.release().catch(() => undefined);
    this.lock = null;
  }

  private ask = async (): Promise<void> => {
    if (!this.wanted || document.visibilityState !== 'visible') return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      void this.lock?.release().catch(() => undefined); // asked twice
      this.lock = this.wanted ? lock : null;
      if (!this.wanted) await lock.release(); // the class is over already
    } catch {
      if (this.wanted) this.refused();
    }
  };
}
