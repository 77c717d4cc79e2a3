//! For tests: a scripted server and sample notifications.
