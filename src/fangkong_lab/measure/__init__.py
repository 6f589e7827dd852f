"""What happened: counts with their 口径, rates, units side by side, rectification, inspections, duties, warnings."""
