// Outlines that only the player needs, on the same grid of 24 as all others.

const PATHS = {
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  back: 'M12 4.8a8 8 0 1 1-7.6 5.5M4 4.8v5.5h5.5M9 11.2v4.8M12 12.8v1.6a1.6 1.6 0 0 0 3.2 0v-1.6a1.6 1.6 0 0 0-3.2 0Z',
  on: 'M12 4.8a8 8 0 1 0 7.6 5.5M20 4.8v5.5h-5.5M9 11.2v4.8M12 12.8v1.6a1.6 1.6 0 0 0 3.2 0v-1.6a1.6 1.6 0 0 0-3.2 0Z',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  silent: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM16 9.5l5 5M21 9.5l-5 5',
  full: 'M4 9V4.5h4.5M20 9V4.5h-4.5M4 15v4.5h4.5M20 15v4.5h-4.5',
  full_off: 'M8.5 4.5V9H4M15.5 4.5V9H20M8.5 19.5V15H4M15.5 19.5V15H20',
  pip: 'M3.5 5h17v14h-17ZM12 11.5h6v5h-6Z',
  mark: 'M6.5 20.5v-17M6.5 4.5h11l-2.5 4 2.5 4h-11',
  slide: 'M3.5 4.5h17v11h-17ZM12 15.5v3.5M8 20.5l4-2 4 2M7 8.5h10M7 11.5h6',
  screen: 'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V6A1.5 1.5 0 0 1 4 4.5ZM8 20.5h8',
  clip: 'M3.5 5.5h17v13h-17ZM10 9v6l5-3Z',
  speaker: 'M9.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3 19.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M17 8.5a4 4 0 0 1 0 5M19.5 6.5a7.5 7.5 0 0 1 0 9',
  layout: 'M3.5 4.5h17v15h-17ZM14.5 4.5v15M14.5 12h6',
  hand: 'M7 12.5V6.2a1.3 1.3 0 0 1 2.6 0V11M9.6 10.5V4.8a1.3 1.3 0 0 1 2.6 0v5.7M12.2 10.5V5.6a1.3 1.3 0 0 1 2.6 0V12M14.8 11V8.2a1.3 1.3 0 0 1 2.6 0v6.3c0 3.5-2.2 6-5.5 6-2.8 0-4.2-1.2-5.3-3.2l-2.5-4.4c-.6-1.2.9-2.2 1.8-1.2l1.1 1.3',
};

/** `label`: what it says to who does not see it; without one it stands beside words that do. */
export function PlayerIcon({ name, label }: { name: keyof typeof PATHS; label?: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden={label ? undefined : 'true'} role={label ? 'img' : undefined} aria-label={label}>
      <path d={PATHS[name]} />
    </svg>
  );
}
