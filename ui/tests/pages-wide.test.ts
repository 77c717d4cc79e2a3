import { WIDE } from './support/browser';
import { testEveryPage } from './support/every-page';

await testEveryPage(WIDE);
