import { Link } from '@tanstack/react-router';
import { useSession } from '~/api/session';
import { NAVIGATION } from '../navigation';
import classes from './Navigation.module.css';

export function Navigation({ onNavigate }: { readonly onNavigate: () => void }) {
  const { data: session } = useSession();
  return (
    <div className={classes['navigation']}>
      {NAVIGATION.map(({ title, items }) => (
        <div key={title ?? ''}>
          {title === undefined ? null : <h2 className={classes['title']}>{title}</h2>}
          <ul>
            {items.map(({ label, to, icon: Icon, exact = false }) => (
              <li key={label}>
                <Link
                  to={to}
                  activeOptions={{ exact }}
                  className={classes['item'] ?? ''}
                  onClick={onNavigate}
                >
                  <Icon size={18} stroke={1.7} aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <span className={classes['version']}>{session === undefined ? '' : `Campana ${session.version}`}</span>
    </div>
  );
}
