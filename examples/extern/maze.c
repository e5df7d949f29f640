/* A corridor of five cells, for maze.loop. Build it beside the model:

       cc -shared -fPIC -O2 -o libmaze.so maze.c
*/
#include <stdint.h>
#include <stdlib.h>

enum { CELLS = 5 };

typedef struct Maze {
    int cell;
} Maze;

void *maze_new(uint32_t agent, uint64_t seed);
void maze_free(void *self);
void maze(void *self, const double *action, double *reward, double *place);

void *maze_new(uint32_t agent, uint64_t seed)
{
    (void)agent;
    (void)seed;
    return calloc(1, sizeof(Maze));
}

void maze_free(void *self)
{
    free(self);
}

/* action: -1 (none yet), 0 (left) or 1 (right). Food is at the right end, and whoever eats begins again at the left. */
void maze(void *self, const double *action, double *reward, double *place)
{
    Maze *maze = self;
    if (*action == 1)
        maze->cell++;
    else if (*action == 0 && maze->cell > 0)
        maze->cell--;
    *reward = maze->cell == CELLS - 1 ? 1 : 0;
    if (*reward > 0)
        maze->cell = 0;
    for (int i = 0; i < CELLS; i++)
        place[i] = i == maze->cell ? 1 : 0;
}
