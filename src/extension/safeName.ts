/** A file name from captured text: letters, digits, dot, dash, underscore. */
export const safeName = (text: string, otherwise: string) =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80) || otherwise;
