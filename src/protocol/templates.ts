import type { Side } from './side';

/** A filled-in example of that event as indented JSON text, ready to edit; undefined for a type nobody knows. */
export declare function eventTemplate(type: string, from: Side): string | undefined;
