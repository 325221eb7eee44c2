#pragma once
/// Largest spheres that travel, by an independent program: percolating spheres on 144 samples per cell.

namespace spongiosa::validation {

/// Diameters per cell size of a network and of a sheet of one density. 0: closed or cut; of sheets the larger of the two sides.
struct ListedThroats {
  const char* surface;
  double density;
  double neck, throat;   ///< -network-minus
  double sheet_throat;   ///< -sheet
};
constexpr ListedThroats kListedThroats[] = {
    {"gyroid", 0.20, 0.243, 0.618, 0.376},
    {"gyroid", 0.30, 0.313, 0.553, 0.345},
    {"gyroid", 0.40, 0.376, 0.489, 0.313},
    {"gyroid", 0.50, 0.433, 0.433, 0.281},
    {"diamond", 0.20, 0.16, 0.499, 0.286},
    {"diamond", 0.30, 0.228, 0.446, 0.26},
    {"diamond", 0.40, 0.286, 0.391, 0.228},
    {"diamond", 0.50, 0.34, 0.34, 0.197},
    {"primitive", 0.20, 0, 0.717, 0.365},
    {"primitive", 0.30, 0.243, 0.633, 0.308},
    {"primitive", 0.40, 0.365, 0.55, 0.243},
    {"primitive", 0.50, 0.462, 0.462, 0.155},
    {"i-wp", 0.20, 0.167, 0.476, 0.289},
    {"i-wp", 0.30, 0.243, 0.42, 0.258},
    {"i-wp", 0.40, 0.305, 0.369, 0.228},
    {"i-wp", 0.50, 0.364, 0.318, 0.196},
    {"f-rd", 0.20, 0, 0.264, 0.131},
    {"f-rd", 0.30, 0.109, 0.222, 0.102},
    {"f-rd", 0.40, 0.167, 0.181, 0.068},
    {"neovius", 0.20, 0, 0.648, 0.102},
    {"neovius", 0.30, 0, 0.283, 0.042},
    {"neovius", 0.40, 0.102, 0.208, 0},
    {"fischer-koch-s", 0.20, 0.089, 0.334, 0.177},
    {"fischer-koch-s", 0.30, 0.137, 0.297, 0.16},
    {"fischer-koch-s", 0.40, 0.177, 0.256, 0.137},
    {"fischer-koch-s", 0.50, 0.217, 0.217, 0.113},
};

}  // namespace spongiosa::validation
