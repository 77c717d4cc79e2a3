import './global.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Providers } from './app/Providers';
import { createAppRouter } from './app/router';

const container = document.getElementById('root');
if (container === null) {
  throw new Error('index.html has no #root');
}
createRoot(container).render(
  <StrictMode>
    <Providers router={createAppRouter(location.pathname)} />
  </StrictMode>,
);
