"""What leaves: pages, leaflets, open data, alerts."""
