/** Where requests go, and with which key. */
export interface UpstreamTarget {
  url: string;
  /** Sent in the place of the client's, for requests under the secret segment. */
  apiKey?: string;
}
