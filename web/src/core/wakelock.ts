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
    void this.lock?.release();
    this.lock = null;
  }

  private ask = async (): Promise<void> => {
    if (!this.wanted || document.visibilityState !== 'visible') return;
    try {
      this.lock = await navigator.wakeLock.request('screen');
    } catch {
      this.refused();
    }
  };
}
