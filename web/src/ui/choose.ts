// A choice that the server may refuse.

/** Shows again what it was when that is so: nothing else would draw it anew. */
export async function orBack(select: HTMLSelectElement, was: string, done: Promise<boolean>): Promise<void> {
  if (!(await done)) select.value = was;
}
