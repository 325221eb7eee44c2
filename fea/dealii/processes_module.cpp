// core/processes.h by deal.II's communication: halos are its Partitioner, which its distributed vectors use too.

#include "core/processes.h"

#include "core/error.h"
#include "fea/dealii/runtime.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/partitioner.h>

#include <algorithm>
#include <numeric>

namespace spongiosa::fea {

namespace {

using dealii::ArrayView;
using dealii::types::global_dof_index;

const MPI_Comm kWorld = MPI_COMM_WORLD;

class PartitionerHalo : public Halo {
 public:
  PartitionerHalo(std::int64_t own_count, std::int64_t first, std::int64_t count, const std::vector<std::int64_t>& global, const std::vector<Ghost>& ghosts)
      : own_count_(std::size_t(own_count)) {
    dealii::IndexSet own{global_dof_index(count)}, other{global_dof_index(count)};
    own.add_range(global_dof_index(first), global_dof_index(first + own_count));
    std::vector<std::size_t> order(ghosts.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return global[a] < global[b]; });
    std::vector<global_dof_index> indices;
    for (const std::size_t g : order) {
      SPONGIOSA_ASSERT(indices.empty() || indices.back() < global_dof_index(global[g]));
      indices.push_back(global_dof_index(global[g]));
      here_.push_back(ghosts[g].here);
    }
    other.add_indices(indices.begin(), indices.end());
    partitioner_.reinit(own, other, kWorld);
  }

  void update(float* vector) override { update_any(vector, single_); }
  void update(double* vector) override { update_any(vector, double_); }

  void add_to_owners(float* vector) override {
    single_.resize(here_.size(), partitioner_.n_import_indices());
    for (std::size_t g = 0; g < here_.size(); ++g) single_.ghosts[g] = vector[here_[g]];
    const ArrayView<float> ghosts(single_.ghosts.data(), single_.ghosts.size()), packed(single_.packed.data(), single_.packed.size());
    partitioner_.import_from_ghosted_array_start<float, dealii::MemorySpace::Host>(dealii::VectorOperation::add, 0, ghosts, packed, requests_);
    partitioner_.import_from_ghosted_array_finish<float, dealii::MemorySpace::Host>(
        dealii::VectorOperation::add, ArrayView<const float>(packed.data(), packed.size()), ArrayView<float>(vector, own_count_), ghosts, requests_);
  }

 private:
  template <class Real>
  struct Buffers {
    std::vector<Real> ghosts, packed;
    void resize(std::size_t ghost_count, std::size_t packed_count) {
      ghosts.resize(ghost_count);
      packed.resize(packed_count);
    }
  };
  template <class Real>
  void update_any(Real* vector, Buffers<Real>& buffers) {
    buffers.resize(here_.size(), partitioner_.n_import_indices());
    const ArrayView<Real> ghosts(buffers.ghosts.data(), buffers.ghosts.size());
    partitioner_.export_to_ghosted_array_start<Real, dealii::MemorySpace::Host>(
        0, ArrayView<const Real>(vector, own_count_), ArrayView<Real>(buffers.packed.data(), buffers.packed.size()), ghosts, requests_);
    partitioner_.export_to_ghosted_array_finish<Real, dealii::MemorySpace::Host>(ghosts, requests_);
    for (std::size_t g = 0; g < here_.size(); ++g) vector[here_[g]] = buffers.ghosts[g];
  }

  dealii::Utilities::MPI::Partitioner partitioner_;
  std::size_t own_count_;
  std::vector<std::int64_t> here_;  ///< of the ghosts in the order of their global numbers
  Buffers<float> single_;
  Buffers<double> double_;
  std::vector<MPI_Request> requests_;
};

class MpiProcesses : public Processes {
 public:
  int rank() const override { return int(dealii::Utilities::MPI::this_mpi_process(kWorld)); }
  int size() const override { return int(dealii::Utilities::MPI::n_mpi_processes(kWorld)); }

  void sum(std::span<double> values) override {
    // Added in the order of processes: a reduction of MPI need not give all of them the same bits, on which they decide alike.
    const std::vector<double> all = gather(std::span<const double>(values));
    std::fill(values.begin(), values.end(), 0.0);
    for (std::size_t i = 0; i < all.size(); ++i) values[i % values.size()] += all[i];
  }
  void sum(std::span<float> values) override { MPI_Allreduce(MPI_IN_PLACE, values.data(), int(values.size()), MPI_FLOAT, MPI_SUM, kWorld); }

  std::vector<std::vector<std::int64_t>> exchange(const std::vector<std::vector<std::int64_t>>& to) override {
    std::map<unsigned, std::vector<std::int64_t>> messages;
    for (std::size_t r = 0; r < to.size(); ++r)
      if (!to[r].empty()) messages.emplace(unsigned(r), to[r]);
    std::vector<std::vector<std::int64_t>> from(to.size());
    for (auto& [r, message] : dealii::Utilities::MPI::some_to_some(kWorld, messages)) from[r] = std::move(message);
    return from;
  }

  std::unique_ptr<Halo> make_halo(std::int64_t own_count, const std::vector<Ghost>& ghosts) override {
    const std::vector<std::int64_t> counts = gather(std::span<const std::int64_t>(&own_count, 1));
    std::vector<std::int64_t> first(counts.size() + 1, 0);
    std::partial_sum(counts.begin(), counts.end(), first.begin() + 1);
    if (first.back() >= std::int64_t(std::numeric_limits<global_dof_index>::max()))
      fail_computation("the model has {} numbers in a vector; over several processes this build of deal.II takes at most {}", first.back(),
                       std::numeric_limits<global_dof_index>::max());
    std::vector<std::int64_t> global;
    for (const Ghost& g : ghosts) global.push_back(first[std::size_t(g.owner)] + g.at_owner);
    return std::make_unique<PartitionerHalo>(own_count, first[std::size_t(rank())], first.back(), global, ghosts);
  }

  [[noreturn]] void abort(int exit_code) override {
    MPI_Abort(kWorld, exit_code);
    std::abort();
  }

 protected:
  std::vector<std::byte> gather_bytes(std::span<const std::byte> own, std::size_t item_bytes) override {
    // Counted in items, because MPI counts with 31 bits.
    SPONGIOSA_ASSERT(own.size() / item_bytes < (1u << 31));
    const int count = int(own.size() / item_bytes);
    std::vector<int> counts(static_cast<std::size_t>(size())), first;
    MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, kWorld);
    std::int64_t sum = 0;
    for (const int c : counts) {
      SPONGIOSA_ASSERT(sum < (1LL << 31));
      first.push_back(int(sum));
      sum += c;
    }
    std::vector<std::byte> all(std::size_t(sum) * item_bytes);
    MPI_Datatype item;
    MPI_Type_contiguous(int(item_bytes), MPI_BYTE, &item);
    MPI_Type_commit(&item);
    MPI_Allgatherv(own.data(), count, item, all.data(), counts.data(), first.data(), item, kWorld);
    MPI_Type_free(&item);
    return all;
  }
};

}  // namespace

extern "C" Processes* spongiosa_fea_processes() {
  start_dealii();
  static MpiProcesses all;
  return &all;
}

}  // namespace spongiosa::fea
