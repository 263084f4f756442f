"""Load runs of Fairway next to its peers: see bench/README.md."""
