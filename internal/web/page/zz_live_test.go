package page
import ("testing";"net/http";"time";"fmt")
func TestLive(t *testing.T){
 r,set,towns:=galleryRenderer(t)
 n,q,ext:=0,0,0
 mux:=http.NewServeMux()
 csp:=func(w http.ResponseWriter){w.Header().Set("Content-Security-Policy","default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")}
 mux.Handle("/assets/",r.Assets())
 mux.HandleFunc("/fortsatt",func(w http.ResponseWriter,_ *http.Request){ext++;w.WriteHeader(204)})
 mux.HandleFunc("/done",func(w http.ResponseWriter,_ *http.Request){w.Write([]byte("<title>done</title>ARRIVED"))})
 mux.HandleFunc("/page/",func(w http.ResponseWriter,req *http.Request){ csp(w)
  for _,s:=range samples(towns[0]){ if "/page/"+s.name==req.URL.Path { if req.URL.Query().Get("s")!=""{s.data.Session.Left=4*time.Minute}; if err:=set.Render(w,req,200,"sample.html",s.data);err!=nil{fmt.Println(err)} }}})
 mux.HandleFunc("/hamtning/1",func(w http.ResponseWriter,req *http.Request){ csp(w); n++
   src:=Sources{Sources:sourceCards(n<2),PollURL:"/hamtning/1?del=1",RefreshURL:"/x"}
   set.RenderPart(w,req,200,"sample.html",Data{Body:parts{[]Text{src}}})})
 mux.HandleFunc("/qr",func(w http.ResponseWriter,_ *http.Request){q++; b,_:=QRSVG(fmt.Sprint("code",q)); w.Header().Set("Content-Type","image/svg+xml"); w.Write(b)})
 mux.HandleFunc("/status",func(w http.ResponseWriter,req *http.Request){ st:=QRStatus{Status:"Nu skriver du din kod."}; if q>3 {st.Go="/done"}
   set.RenderPart(w,req,200,"sample.html",Data{Body:parts{[]Text{st}}})})
 s:=&http.Server{Addr:"127.0.0.1:8766",Handler:mux}
 go s.ListenAndServe()
 time.Sleep(60*time.Second); fmt.Println("polls",n,"qr",q,"ext",ext); s.Close()
}
