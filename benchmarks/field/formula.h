#pragma once

/// sin 2 pi x cos 2 pi y + sin 2 pi y cos 2 pi z + sin 2 pi z cos 2 pi x at n points.
void gyroid_formula(int n, const float* x, const float* y, const float* z, float* out);
