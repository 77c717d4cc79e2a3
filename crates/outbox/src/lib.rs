//! Delivers what Campana owes: claims deliveries, sends them, records how each attempt ended.
