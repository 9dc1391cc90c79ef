"""And-inverter graphs, circuits, their reductions and translations."""
