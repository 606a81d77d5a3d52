"""When stored prices are good enough, and how they are brought up to date."""
