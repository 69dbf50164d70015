"""Work on finished reports: baselines, bundles, comparisons."""
