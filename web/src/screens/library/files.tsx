// Each file of a recording with its size: the smallest may be what a thin purse can pay.

import { useState } from 'preact/hooks';
import { language, t } from '../../core/i18n';
import { filesOf, type Saved } from '../../core/library/files';
import { size } from '../../core/library/words';
import { languageName } from '../../core/player/sources';
import type { Recording } from '../../core/protocol';
import { Icon } from '../../ui/icon';
import { Tracks } from './tracks';

function nameOf({ key, language: tag }: Saved): string {
  return tag ? t('edition.captions', { language: languageName(tag, language.value) }) : t(`edition.${key}`);
}

function File({ file, first }: { file: Saved; first: boolean }) {
  const act = file.language ? `download-captions-${file.language}` : `download-${file.key}`;
  return (
    <a class="row-button lib-file" data-act={first ? 'download' : act} data-edition={file.key} href={file.url} download>
      <Icon name="download" />
      <span class="grow">{nameOf(file)}</span>
      <span class="mono">{file.bytes ? size(file.bytes) : ''}</span>
    </a>
  );
}

interface Props {
  row: Recording;
  open: boolean;
  /** Of what is opened, for who hears it only. */
  id: string;
}

export function Files({ row, open, id }: Props) {
  if (!open) return null;
  return (
    <ul class="lib-files" id={id} aria-label={t('rec.download')}>
      {filesOf(row).map((file, i) => (
        <li key={`${file.key} ${file.language ?? ''}`}>
          <File file={file} first={i === 0} />
          {file.key === 'tracks' ? <Tracks list={file.url} /> : null}
        </li>
      ))}
    </ul>
  );
}

/** Opens and closes what stands below it. */
export function useFold(onOpen?: () => void): [boolean, () => void] {
  const [open, setOpen] = useState(false);
  const turn = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  return [open, turn];
}
