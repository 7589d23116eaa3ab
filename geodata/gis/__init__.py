"""A run for GIS: one GeoPackage that the temporal controller of QGIS plays."""
