// Finds a Chromium that is installed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a browser: the one that CHROMIUM names, or the first in the usual places. Without one it ends the process. */
export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const places = process.env.PATH.split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  const mac = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const browser = [...places, ...mac].find(runs);
  if (browser) return browser;
  console.error('No Chromium found. Install one (Debian: apt-get install chromium) or name it: CHROMIUM=/path/to/chromium');
  process.exit(1);
}

function runs(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
