export const root: string;
export function toolNode(): string;
