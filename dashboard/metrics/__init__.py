"""Statistics of a single-arm trial: arrays and small frames in, frozen dataclasses out."""
