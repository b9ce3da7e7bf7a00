/** Text of others in places where VS Code reads links. Free of `vscode`. */

/**
 * The text so that a notification shows it as it stands: VS Code makes links of `[words](command:...)` in them, and a message of a
 * server's, an event's type or a file's name could bring one that runs a command.
 */
export const plain = (text: string): string => text.replaceAll('](', '] (');
