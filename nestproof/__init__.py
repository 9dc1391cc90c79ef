"""The bundled models and properties, under the one name that their modules have."""
