"""What `make bench` measures of 団体内統合宛名; see `sapporo_base.benchmarks`."""
