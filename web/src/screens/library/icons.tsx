// Outlines that only the library needs, on the same grid of 24 as all others.

const PATHS = {
  rename: 'M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5ZM14 6.5l3.5 3.5',
  share: 'M9.5 14.5l5-5M10.5 7.5l2.7-2.7a3.9 3.9 0 0 1 5.5 5.5L16 13M13.5 16.5l-2.7 2.7a3.9 3.9 0 0 1-5.5-5.5L8 11',
  trim: 'M7 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9 8l11 9.5M9 16.5 20 6.5',
  join: 'M4 5.5h6.5v13H4M20 5.5h-6.5v13H20M8 12h8M13.5 9.5 16 12l-2.5 2.5',
  captions: 'M3.5 5h17v14h-17ZM7 11h4M13.5 11h3.5M7 15h6.5M16 15h1',
  restore: 'M5 12a7 7 0 1 0 2.2-5.1L5 9M5 4.5V9h4.5M12 8.5V12l2.5 2',
};

export function LibraryIcon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
