// Names, the ring of who speaks, and the own preview: laid over the picture by the tile map.

import type { Box } from '../core/fit';
import { decks } from '../core/decks';
import { t } from '../core/i18n';
import type { Layout, Tile } from '../core/protocol';
import { state } from '../core/state';
import { Icon } from '../ui/icon';
import { Preview } from './preview';

/** The server draws the name alone into tiles whose shorter side is less than this. */
const NAME_ALONE_PX = 72;

function placeOf(tile: Tile, map: Layout): Record<string, string> {
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return {
    insetInlineStart: percent(tile.x, map.w), // the overlay is always ltr: pictures have no direction
    insetBlockStart: percent(tile.y, map.h),
    inlineSize: percent(tile.w, map.w),
    blockSize: percent(tile.h, map.h),
  };
}

function Name({ tile }: { tile: Tile }) {
  const member = state.members.value.get(tile.member);
  return (
    <span class="name">
      {tile.kind === 'screen' ? <Icon name="share" /> : member?.mic === false ? <Icon name="mic_off" /> : null}
      <bdi>{tile.member === state.self.value ? t('tile.you', { name: tile.name }) : tile.name}</bdi>
      {member?.state === 'away' ? <em>{t('tile.away')}</em> : null}
    </span>
  );
}

/** Slides can be looked at closely. */
function ZoomButton() {
  return (
    <button type="button" class="zoom-open" data-act="zoom" aria-label={t('slides.zoom')} aria-keyshortcuts="Z" onClick={() => (decks.zoom.value = true)}>
      <Icon name="zoom" />
    </button>
  );
}

function TileBox({ tile, map }: { tile: Tile; map: Layout }) {
  const member = state.members.value.get(tile.member);
  const own = tile.member === state.self.value;
  const speaks = tile.kind === 'camera' && state.speakers.value.includes(tile.member);
  const ownCamera = own && tile.kind === 'camera' && state.cam.value.on && state.selfView.value;
  const seen = state.quality.value?.level !== 'sound';
  const drawn = seen && !tile.video && !ownCamera; // the server draws a face with the name below it
  const classes = [
    'tile',
    speaks && 'is-speaking',
    member?.state === 'away' && 'is-away',
    drawn && 'is-drawn',
    drawn && Math.min(tile.w, tile.h) < NAME_ALONE_PX && 'is-name',
  ];
  return (
    <div class={classes.filter(Boolean).join(' ')} style={placeOf(tile, map)} data-member={tile.member} data-kind={tile.kind}>
      {ownCamera ? <Preview name="tile" /> : null}
      {tile.kind === 'deck' ? <ZoomButton /> : tile.kind === 'clip' ? null : <Name tile={tile} />}
    </div>
  );
}

export function Overlay({ box }: { box: Box }) {
  const map = state.layout.value;
  if (!map || !box.w) return null;
  const style = {
    transform: `translate(${box.x}px, ${box.y}px)`,
    inlineSize: `${box.w}px`,
    blockSize: `${box.h}px`,
  };
  return (
    <div class="overlay" dir="ltr" style={style} data-generation={map.generation}>
      {map.tiles.map((tile) => (
        <TileBox key={`${tile.member}/${tile.kind}`} tile={tile} map={map} />
      ))}
    </div>
  );
}
