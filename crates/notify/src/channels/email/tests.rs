mod config;
mod mail;
mod sending;
mod server;
mod tls;
