import type { Browser } from '@playwright/test';

export function launchChromium(...more: string[]): Promise<Browser>;
