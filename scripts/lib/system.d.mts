export function findChromium(): string | undefined;
export function findEspeak(): string | undefined;
