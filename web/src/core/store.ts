// What the page remembers: the name for good, tokens and the class only as long as the tab lives.

function safely<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    return otherwise; // storage is switched off: everything works, nothing is remembered
  }
}

export function recall(key: string): string {
  return safely(() => localStorage.getItem(`aula.${key}`), null) ?? '';
}

export function remember(key: string, value: string): void {
  safely(() => localStorage.setItem(`aula.${key}`, value), undefined);
}

export function recallTab(key: string): string {
  return safely(() => sessionStorage.getItem(`aula.${key}`), null) ?? '';
}

export function rememberTab(key: string, value: string): void {
  safely(() => (value ? sessionStorage.setItem(`aula.${key}`, value) : sessionStorage.removeItem(`aula.${key}`)), undefined);
}
