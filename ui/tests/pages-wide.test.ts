import { WIDE } from './support/chromium';
import { testEveryPage } from './support/every-page';

await testEveryPage(WIDE);
