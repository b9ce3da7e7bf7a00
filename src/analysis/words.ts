/** Short words for what the API says with fields. */
import { asObject, asText, type JsonObject } from './json';

/** What an item is: `message`, `call get_weather`, `mcp search`. */
export function itemLabel(item: JsonObject | undefined): string {
  const type = asText(item?.type);
  const name = asText(item?.name).slice(0, 64);
  if (type === 'function_call') return name ? `call ${name}` : 'call';
  if (type === 'mcp_call') return name ? `mcp ${name}` : 'mcp';
  return type.slice(0, 64) || 'item';
}

/** Why a response ended as it did, in words; '' when it just completed. */
export function statusReason(response: JsonObject | undefined): string {
  const details = asObject(response?.status_details);
  const error = asObject(details?.error);
  const words = [asText(details?.reason).replaceAll('_', ' '), errorWords(error)];
  return words.filter(Boolean).join('; ').slice(0, 500);
}

/** `code: message` of an error object, at most 500 characters. */
export function errorWords(error: JsonObject | undefined): string {
  return [asText(error?.code) || asText(error?.type), asText(error?.message)].filter(Boolean).join(': ').slice(0, 500);
}
