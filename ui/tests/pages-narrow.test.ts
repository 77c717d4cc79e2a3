import { NARROW } from './support/chromium';
import { testEveryPage } from './support/every-page';

await testEveryPage(NARROW);
