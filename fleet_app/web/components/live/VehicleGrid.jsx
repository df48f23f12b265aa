// The vehicle table: pages come from the API, live cells from the live store.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { AgGridReact } from "ag-grid-react";
import { ModuleRegistry, themeQuartz } from "ag-grid-community";
import { columnDefs, gridModules } from "./gridColumns.jsx";
import { countText, matchText } from "./format.js";
import { GridSource } from "./gridSource.js";
import { statusList, store } from "./liveStore.js";
import { useTheme } from "./theme.js";

ModuleRegistry.registerModules(gridModules);

const ROW_HEIGHT = 30;
const THEME = themeQuartz.withParams({
  accentColor: "var(--live-accent)",
  backgroundColor: "var(--live-surface)",
  foregroundColor: "var(--live-ink)",
  borderColor: "var(--live-line)",
  headerBackgroundColor: "var(--live-raised)",
  headerTextColor: "var(--live-muted)",
  rowHoverColor: "var(--live-hover)",
  selectedRowBackgroundColor: "var(--live-selected)",
  fontFamily: "inherit",
  fontSize: 13,
  headerFontSize: 12,
  headerFontWeight: 600,
  rowHeight: ROW_HEIGHT,
  headerHeight: 32,
  cellHorizontalPadding: 10,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  columnBorder: false,
});

function refreshLive(api) {
  const nodes = api.getRenderedNodes().filter((node) => node.data);
  if (nodes.length > 0) api.refreshCells({ rowNodes: nodes, columns: ["status", "speed", "battery", "last_seen"] });
}

// Live cells follow the store, at most once a second and only for the rows on screen.
function useLiveCells(apiRef) {
  useEffect(() => {
    let pending = null;
    const unsubscribe = store.subscribe(() => {
      pending ??= setTimeout(() => {
        pending = null;
        const api = apiRef.current;
        if (api && !api.isDestroyed() && !document.hidden) refreshLive(api);
      }, 1000);
    });
    return () => {
      clearTimeout(pending);
      unsubscribe();
    };
  }, []);
}

// Vehicles that joined or left the fleet change the pages; rows on screen stay until new ones came.
function useRosterChanges(apiRef, source) {
  useEffect(
    () =>
      store.subscribe(({ kind, ids }) => {
        const api = apiRef.current;
        if (kind !== "roster" || ids.length === 0 || !api || api.isDestroyed()) return;
        source.outdate();
        api.refreshInfiniteCache();
      }),
    [source],
  );
}

async function showSelected(api, source, id) {
  const node = id ? api.getRowNode(String(id)) : null;
  if (!id) return api.deselectAll();
  if (node) {
    node.setSelected(true, true);
    return api.ensureNodeVisible(node);
  }
  api.deselectAll();
  const index = await source.indexOf(id);
  if (index >= 0 && !api.isDestroyed()) api.ensureIndexVisible(index, "middle");
  return undefined;
}

export function VehicleGrid(props) {
  const { selected = 0, statusFilter, search = "", version = 0, emptyText, fleet } = props;
  const theme = useTheme(props.theme);
  const latest = useRef({});
  latest.current = { ...props, selected: Number(selected) || 0 };
  const apiRef = useRef(null);
  const [state, setState] = useState({ total: null, error: "" });
  const source = useMemo(() => new GridSource(setState), []);
  const statuses = statusList(statusFilter).join(",");
  useLiveCells(apiRef);
  useRosterChanges(apiRef, source);

  useEffect(() => {
    source.setFilter({ status: statuses, q: (search ?? "").trim(), fleet: Number(fleet) || 0 });
    apiRef.current?.purgeInfiniteCache();
    apiRef.current?.ensureIndexVisible(0);
  }, [statuses, search, version, fleet]);

  useEffect(() => {
    if (apiRef.current) showSelected(apiRef.current, source, latest.current.selected);
  }, [selected]);

  const choose = useCallback((id) => {
    if (id && id !== latest.current.selected) latest.current.onRowSelect?.(id);
  }, []);
  const onGridReady = useCallback(({ api }) => {
    apiRef.current = api;
  }, []);
  const onModelUpdated = useCallback(({ api }) => {
    const node = latest.current.selected ? api.getRowNode(String(latest.current.selected)) : null;
    if (node && !node.isSelected()) node.setSelected(true, true);
  }, []);

  const filtered = Boolean(statuses || (search ?? "").trim());
  return (
    <section className="live-grid" data-testid="vehicle-grid" data-fleet-theme={theme} aria-label="Vehicles">
      <div className="live-grid-body">
        <AgGridReact
          theme={THEME}
          columnDefs={columnDefs}
          context={{ store }}
          rowModelType="infinite"
          datasource={source}
          cacheBlockSize={source.limit}
          cacheOverflowSize={2}
          maxBlocksInCache={20}
          maxConcurrentDatasourceRequests={2}
          blockLoadDebounceMillis={60}
          infiniteInitialRowCount={1}
          getRowId={({ data }) => String(data.id)}
          rowSelection={{ mode: "singleRow", checkboxes: false, enableClickSelection: true }}
          defaultColDef={{ sortable: true, resizable: true, suppressMovable: true, suppressHeaderMenuButton: true }}
          sortingOrder={["asc", "desc", null]}
          suppressNoRowsOverlay
          animateRows={false}
          ensureDomOrder
          onGridReady={onGridReady}
          onModelUpdated={onModelUpdated}
          onRowClicked={({ data }) => choose(data?.id)}
          onCellKeyDown={({ event, data }) => event.key === "Enter" && choose(data?.id)}
        />
        {state.error && (
          <p className="live-grid-message" role="alert">
            {state.error}
            <button type="button" onClick={() => apiRef.current?.refreshInfiniteCache()}>
              Try again
            </button>
          </p>
        )}
        {!state.error && state.total === 0 && (
          <p className="live-grid-message">
            {filtered
              ? "No vehicle matches this search and filter."
              : emptyText || "No vehicles yet. Add one, then connect its phone or tracker."}
          </p>
        )}
      </div>
      <footer className="live-grid-count" aria-live="polite">
        {state.total === null ? "Loading vehicles…" : filtered ? matchText(state.total) : countText(state.total)}
      </footer>
    </section>
  );
}
