import {startDevSigner} from '../src/devnet/signer/signer.ts';
import {serveParent} from './processes.ts';

/** The development signer as a process of its own. */
const signer = await startDevSigner({chainId: 31_337});
serveParent({url: signer.url, address: signer.addresses()[0]}, () => Promise.resolve(null));
