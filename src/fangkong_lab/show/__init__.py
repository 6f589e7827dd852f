"""How results look: charts, tables, fonts."""
