export function findEspeak(): string | undefined;
