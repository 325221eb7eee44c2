#pragma once
/// Several processes that work on one task, started by mpirun. Without it there is one process, and MPI is not touched.
///
/// All functions are collective: every process calls them, in the same order, from one thread at a time.

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace spongiosa {

/// A number of another process that this one keeps a copy of.
struct Ghost {
  int owner;                ///< rank
  std::int64_t at_owner;    ///< place in the owner's vector, among the numbers it owns
  std::int64_t here;        ///< place in this process's vector
};

/// Exchange of the ghosts of one kind of vector, whose first numbers are the own ones.
class Halo {
 public:
  virtual ~Halo() = default;
  /// Ghosts get their owners' values.
  virtual void update(float* vector) = 0;
  virtual void update(double* vector) = 0;
  /// Adds the ghosts' values to their owners'. The ghosts keep theirs.
  virtual void add_to_owners(float* vector) = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Sums over all processes, the same bits in each of them.
  virtual void sum(std::span<double> values) = 0;
  /// The same for long vectors; bits may differ in the last place from process to process.
  virtual void sum(std::span<float> values) = 0;
  /// to[r] goes to process r; returns what came from each.
  virtual std::vector<std::vector<std::int64_t>> exchange(const std::vector<std::vector<std::int64_t>>& to) = 0;
  /// @param own_count  numbers that this process owns
  virtual std::unique_ptr<Halo> make_halo(std::int64_t own_count, const std::vector<Ghost>& ghosts) = 0;
  /// Ends all processes.
  [[noreturn]] virtual void abort(int exit_code) = 0;

  /// The lists of all processes, one after the other.
  template <class T>
  std::vector<T> gather(std::span<const T> own) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::vector<std::byte> bytes = gather_bytes(std::as_bytes(own), sizeof(T));
    std::vector<T> all(bytes.size() / sizeof(T));
    std::memcpy(static_cast<void*>(all.data()), bytes.data(), all.size() * sizeof(T));
    return all;
  }

 protected:
  virtual std::vector<std::byte> gather_bytes(std::span<const std::byte> own, std::size_t item_bytes) = 0;
};

/// Rank and number of the processes that mpirun has started, told by its environment: 0 of 1 without it.
int launched_rank();
int launched_processes();
/// Whether processes() has been called, so that all of them must end together.
bool processes_started();
/// The processes of this run; null when there is one only. Starts MPI (by the module spongiosa-fea) when called first.
Processes* processes();

}  // namespace spongiosa
