(function(){
	var q=function(s){return document.querySelector(s)}, main=q('#main'), basket=[], where=null, kind='All', back=null;
	function money(n){return '£'+n.toFixed(2)}
	function post(u,b,then){fetch(u,{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify(b)}).then(then)}
	function sheet(html){q('#sheetbody').innerHTML=html;q('#sheet').classList.add('on');q('#veil').classList.add('on')}
	function shut(){q('#sheet').classList.remove('on');q('#veil').classList.remove('on');setTimeout(function(){q('#sheetbody').innerHTML=''},260)}
	q('#veil').onclick=shut;
	q('#noapp').onclick=function(){q('#appbanner').style.display='none'};
	q('#goback').onclick=function(){back&&back()};
	function title(t,b){q('#ttl').textContent=t;back=b||null;q('#goback').style.visibility=b?'visible':'hidden';window.scrollTo(0,0)}
	function tab(t){({eat:eat,orders:orders,me:me})[t]()}
	document.querySelectorAll('#tabs div').forEach(function(d){d.onclick=function(){tab(d.dataset.tab)}});

	function eat(){
		title('Nibblr');
		main.innerHTML='<div class="chips">'+['All','Pizza','Asian','Burgers','Salads'].map(function(k){return '<div class="chip'+(k==kind?' on':'')+'">'+k+'</div>'}).join('')+'</div><div id="rs"></div><p class="meta" id="ld" style="text-align:center">Loading restaurants...</p>';
		main.querySelectorAll('.chip').forEach(function(c){c.onclick=function(){kind=c.textContent;eat()}});
		var list=RESTAURANTS.filter(function(r){return kind=='All'||r.kind==kind}), n=0, busy=false;
		function more(){
			if(busy||n>=list.length||!q('#rs'))return; busy=true;
			setTimeout(function(){
				if(!q('#rs'))return;
				list.slice(n,n+5).forEach(function(r){
					var d=document.createElement('div');d.className='rest'+(r.open?'':' closed');
					d.innerHTML='<b>'+r.name+'</b><div class="meta">'+r.kind+' · ★ '+r.rating+(r.open?'':' · Closed')+'</div><div class="meta">Delivery '+r.fee+' · Minimum '+r.min+' · '+r.time+'</div><div style="height:70px;background:#fbeee9;border-radius:10px;margin-top:8px"></div>';
					d.onclick=function(){place(r)};q('#rs').appendChild(d)
				});
				n+=5;busy=false;q('#ld').textContent=n<list.length?'Loading more...':'That is all near you.';
			},600)
		}
		more();
		window.onscroll=function(){if(window.innerHeight+window.scrollY>document.body.scrollHeight-120)more()};
	}
	function place(r){
		window.onscroll=null;title(r.name,eat);
		main.innerHTML='<div class="order"><div class="meta">★ '+r.rating+' · '+r.time+' · Delivery '+r.fee+' · Minimum '+r.min+'</div></div>'+(r.open?'':'<div class="order">Closed now.</div>');
		(MENUS[r.id]||[]).forEach(function(m){
			var d=document.createElement('div');d.className='dish';d.innerHTML='<span>'+m[0]+'</span><span>'+money(m[1])+'</span>';
			d.onclick=function(){dish(r,m)};main.appendChild(d)
		})
	}
	function dish(r,m){
		var n=1,size='Regular',extras=[];
		function opt(name,k){return '<div class="opt" role="'+(k=='r'?'radio':'checkbox')+'" aria-checked="false" data-n="'+name+'"><div class="box '+k+'"></div><div>'+name+'</div></div>'}
		sheet('<h3>'+m[0]+'</h3>'+(m[2]?'<b>Size</b><div id="sz">'+opt('Regular','r')+opt('Large','r')+'</div><b>Extras</b><div id="ex">'+opt('Olives','')+opt('Capers','')+opt('Extra cheese','')+'</div>':'')+
			'<input id="wish" placeholder="Wishes for the kitchen"><div class="step"><span role="button" aria-label="Fewer">−</span><b id="n">1</b><span role="button" aria-label="More">+</span></div><div class="cta" id="add"></div>');
		function draw(){
			q('#n').textContent=n;
			document.querySelectorAll('#sz .opt').forEach(function(o){var on=o.dataset.n==size;o.classList.toggle('sel',on);o.setAttribute('aria-checked',on)});
			document.querySelectorAll('#ex .opt').forEach(function(o){var on=extras.indexOf(o.dataset.n)>=0;o.classList.toggle('sel',on);o.setAttribute('aria-checked',on)});
			q('#add').textContent='Add to basket · '+money(price()*n)
		}
		function price(){return m[1]+(size=='Large'?3:0)+extras.length*1}
		document.querySelectorAll('#sz .opt').forEach(function(o){o.onclick=function(){size=o.dataset.n;draw()}});
		document.querySelectorAll('#ex .opt').forEach(function(o){o.onclick=function(){var i=extras.indexOf(o.dataset.n);i<0?extras.push(o.dataset.n):extras.splice(i,1);draw()}});
		q('[aria-label=Fewer]').onclick=function(){if(n>1)n--;draw()};
		q('[aria-label=More]').onclick=function(){n++;draw()};
		q('#add').onclick=function(){
			where=r;basket.push({n:n,name:(m[2]&&size=='Large'?'Large ':'')+m[0]+(extras.length?' + '+extras.join(', '):''),price:price()*n,wish:q('#wish').value});
			q('#bagn').textContent=basket.reduce(function(a,b){return a+b.n},0);shut()
		};
		draw()
	}
	q('#bag').onclick=function(){
		if(!basket.length){sheet('<h3>Your basket is empty</h3>');return}
		var sum=basket.reduce(function(a,b){return a+b.price},0);
		sheet('<h3>'+where.name+'</h3>'+basket.map(function(b){return '<div class="dish"><span>'+b.n+' x '+b.name+'</span><span>'+money(b.price)+'</span></div>'}).join('')+'<div class="dish"><b>Together</b><b>'+money(sum)+'</b></div><div class="cta" id="chk">Go to checkout</div>');
		q('#chk').onclick=function(){checkout(sum)}
	};
	function checkout(sum){
		sheet('<h3>Checkout</h3><input id="ad" placeholder="Street and number"><input id="pc" placeholder="Postcode"><select id="tm"><option>As soon as possible</option><option>18:30</option><option>19:00</option><option>19:30</option></select><textarea id="nt" placeholder="Note for the rider"></textarea><b>Pay with</b><div id="pay"><div class="opt" role="radio" data-n="card"><div class="box r"></div><div>Card</div></div><div class="opt" role="radio" data-n="cash"><div class="box r"></div><div>Cash</div></div></div><div id="er" style="color:#c00"></div><div class="cta" id="po">Place order</div>');
		var pay='';
		document.querySelectorAll('#pay .opt').forEach(function(o){o.onclick=function(){pay=o.dataset.n;document.querySelectorAll('#pay .opt').forEach(function(x){x.classList.toggle('sel',x==o);x.setAttribute('aria-checked',x==o)})}});
		q('#po').onclick=function(){
			if(!q('#ad').value||!q('#pc').value||!pay){q('#er').textContent='Please fill in the address and choose how you pay.';return}
			post('/api/orders',{restaurant:where.name,items:basket.map(function(b){return b.n+' x '+b.name}).join('; '),address:q('#ad').value,postcode:q('#pc').value,time:q('#tm').value,note:q('#nt').value,pay:pay},function(){
				basket=[];q('#bagn').textContent='';sheet('<h3>Thank you!</h3><p>Order 1051 is on its way to the kitchen.</p>')
			})
		}
	}
	function orders(){
		window.onscroll=null;title('Your orders');
		main.innerHTML='';
		PAST.forEach(function(o){
			var d=document.createElement('div');d.className='order';
			d.innerHTML='<b>#'+o.no+' '+o.from+'</b><div class="meta">'+o.date+' · '+o.total+'</div><u style="cursor:pointer">Details</u>';
			d.querySelector('u').onclick=function(){sheet('<h3>Order #'+o.no+'</h3><p>'+o.items+'</p><p>Status: <b>'+o.status+'</b></p><p>Total '+o.total+'</p>')};
			main.appendChild(d)
		})
	}
	var addrs=['Home: 4 Fern Street, LS2 9JT'];
	function me(){
		window.onscroll=null;title('Profile');
		main.innerHTML='<div class="order"><b>Sam Whitlock</b><div class="meta">sam@example.org</div></div><div class="order"><b>Addresses</b><div id="al">'+addrs.map(function(a){return '<div>'+a+'</div>'}).join('')+'</div><u id="na" style="cursor:pointer">+ Add address</u></div><div class="order"><b>Messages</b><div class="opt" role="checkbox" aria-checked="true" id="off"><div class="box"></div><div>Offers by text message</div></div></div>';
		q('#na').onclick=function(){
			sheet('<h3>New address</h3><input id="l" placeholder="Name, like Home"><input id="s" placeholder="Street and number"><input id="p" placeholder="Postcode"><div class="cta" id="sv">Save address</div>');
			q('#sv').onclick=function(){var a={label:q('#l').value,street:q('#s').value,postcode:q('#p').value};post('/api/addresses',a,function(){addrs.push(a.label+': '+a.street+', '+a.postcode);shut();me()})}
		};
		q('#off').classList.add('sel');
		q('#off').onclick=function(){var on=this.classList.toggle('sel');this.setAttribute('aria-checked',on);post('/api/offers',{on:on})}
	}
	eat();
})();
