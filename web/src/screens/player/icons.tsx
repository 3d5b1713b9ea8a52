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
};

export function PlayerIcon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
