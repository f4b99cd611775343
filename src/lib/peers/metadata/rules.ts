/*
 * The rules of EigenLayer for an operator's metadata (Layr-Labs/eigensdk-go, types/operator_metadata.go and utils/utils.go at
 * 2d930b2): what breaks one is not shown in EigenLayer's web application. Each function returns what is wrong, in words, or null.
 */

/** Characters of a name or a description at most. */
const MAX_TEXT = 500;
const TEXT = /^[a-zA-Z0-9 +.,;:?!'’"“”\-_/()[\]~&#$—%]+$/;
const MAX_URL = 1024;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const ON_TWITTER = /^(?:https?:\/\/)?(?:www\.)?(?:twitter\.com\/\w+|x\.com\/\w+)/;

/** Where the file is: on mainnet EigenLayer takes only raw.githubusercontent.com. */
export type MetadataPlace = {isMainnet: boolean; isDevelopment: boolean};

/** Judges a URL of the metadata or of the logo. */
export function urlProblem(text: string, {isMainnet, isDevelopment}: MetadataPlace): string | null {
  if (text.length > MAX_URL) return `is longer than ${MAX_URL} characters`;
  if (!/^https?:\/\/[^\s/$.?#][^\s]*$/.test(text) || !URL.canParse(text)) return 'is no http(s) URL';
  if (!isDevelopment && /localhost|127\.0\.0\.1/.test(text)) return 'names this machine';
  if (isMainnet && !/^https?:\/\/raw\.githubusercontent\.com\//.test(text))
    return 'is not on raw.githubusercontent.com, the only place that EigenLayer reads on mainnet';
  return null;
}

/** What a file of metadata says, as far as it breaks no rule; the logo is checked by {@link logoProblem}. */
type MetadataVerdict = {problems: readonly string[]; logo: string | null};

/** Judges the content of the file. */
export function judgeMetadata(bytes: Buffer, place: MetadataPlace): MetadataVerdict {
  const file = parsed(bytes);
  if (file === null) return {problems: ['the file is no JSON object'], logo: null};
  const {name, description, logo, website, twitter} = file;
  const logoUrl = typeof logo === 'string' && logo !== '' ? logo : null;
  const logoFault =
    logoUrl === null ? 'is missing' : (urlProblem(logoUrl, place) ?? extensionProblem(logoUrl));
  const problems = [
    named('name', textProblem(name)),
    named('description', textProblem(description)),
    named('logo', logoFault),
    named('website', isAbsent(website) ? null : linkProblem(website)),
    named('twitter', isAbsent(twitter) ? null : twitterProblem(twitter)),
  ].filter((one) => one !== null);
  return {problems, logo: logoFault === null ? logoUrl : null};
}

/** Judges the bytes of the logo. */
export function logoProblem(bytes: Buffer): string | null {
  const start = bytes.subarray(0, PNG_SIGNATURE.length);
  return start.equals(PNG_SIGNATURE) ? null : 'is no PNG image';
}

function parsed(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null; // no JSON at all
  }
}

const named = (key: string, fault: string | null): string | null =>
  fault === null ? null : `${key} ${fault}`;
const isAbsent = (value: unknown): boolean => value === undefined || value === '';

function textProblem(value: unknown): string | null {
  if (typeof value !== 'string') return value === undefined ? 'is missing' : 'is no text';
  if (value === '') return 'is empty';
  // The published reader counts bytes.
  if (Buffer.byteLength(value) > MAX_TEXT) return `is longer than ${MAX_TEXT} bytes`;
  return TEXT.test(value) ? null : 'has a character that EigenLayer does not take';
}

function extensionProblem(url: string): string | null {
  return /\.png$/i.test(new URL(url).pathname) ? null : 'does not end in .png';
}

function linkProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'is no text';
  return urlProblem(value, {isMainnet: false, isDevelopment: false});
}

function twitterProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'is no text';
  return ON_TWITTER.test(value) ? null : 'is no page of twitter.com or x.com';
}
